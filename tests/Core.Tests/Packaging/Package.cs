using System.IO.Compression;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Packaging;

/// <summary>The package of src/Core as <c>dotnet pack</c> makes it, and a program that uses it, made of its README's examples.</summary>
public sealed class Package : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly TemporaryFolder _folder = new();

    // Of its own, so that no cache of packages holds one of an earlier run.
    private static string Version { get; } = $"0.0.1-test.{Guid.NewGuid():N}";

    internal TemporaryFolder Folder => _folder;

    internal string ContentPath => _folder["content"];

    internal string SymbolPath => _folder["symbols"];

    public async ValueTask InitializeAsync()
    {
        await DotnetAsync("pack", Path.Combine(RepositoryFolder.Path, "src/Core"), "--configuration", "Release", "--output", _folder["feed"], $"-p:Version={Version}");
        ZipFile.ExtractToDirectory(_folder[$"feed/CheckpointOperator.Core.{Version}.nupkg"], ContentPath);
        ZipFile.ExtractToDirectory(_folder[$"feed/CheckpointOperator.Core.{Version}.snupkg"], SymbolPath);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes a console program of a source text, with the package and nothing else of this repository.</summary>
    /// <returns>The program's path.</returns>
    internal async Task<string> BuildAsync(string source)
    {
        _folder.Write(
            "scratch/scratch.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <IsAotCompatible>true</IsAotCompatible>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{_folder["feed"]}</RestoreAdditionalProjectSources>
                <RestoreFallbackFolders>{GlobalPackages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CheckpointOperator.Core" Version="[{Version}]" />
              </ItemGroup>
            </Project>
            """);
        _folder.Write("scratch/Program.cs", source);
        await DotnetAsync("build", _folder["scratch"], "--output", _folder["program"]);
        return _folder["program/scratch"];
    }

    private static string GlobalPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    // What a running build or coverage tells its children must not reach this one; and no build server may outlive it.
    private static async Task DotnetAsync(params string[] arguments)
    {
        var foreign = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("COR", StringComparison.Ordinal))
            .SelectMany(name => (string[])["-u", name]);
        var command = new Command("env", [.. foreign, "MSBUILDDISABLENODEREUSE=1", "dotnet", .. arguments, "-p:UseSharedCompilation=false", "--nologo", "--verbosity", "quiet"])
        {
            Timeout = Limit,
        };
        var result = await new ProcessCommandRunner().RunAsync(command, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, $"dotnet {string.Join(' ', arguments)}: exit code {result.ExitCode}, timed out: {result.TimedOut}\n{result.Output}{result.Error}");
    }
}
