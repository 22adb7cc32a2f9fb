using System.Diagnostics;
using System.Text;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Tests.Support;

/// <summary>A folder that is gone with its test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly List<RootDirectory> _opened = [];

    public string Path { get; } = Directory.CreateTempSubdirectory("core-tests-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public RootDirectory Open(string name = ".")
    {
        var directory = RootDirectory.Open(this[name]);
        _opened.Add(directory);
        return directory;
    }

    public RootDirectory Make(string name)
    {
        Directory.CreateDirectory(this[name]);
        return Open(name);
    }

    public string Write(string name, string content = "")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Link(string name, string target) => File.CreateSymbolicLink(this[name], target);

    /// <summary>Runs a shell script in the folder and gives its output.</summary>
    public string Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-euc", script])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = shell.StandardError.ReadToEndAsync();
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{script}: exit code {shell.ExitCode}: {error.Result}");
        return output;
    }

    public void SetAttribute(string name, string attribute, string value)
    {
        using var file = OpenAny(name);
        var bytes = Encoding.Latin1.GetBytes(value);
        Assert.Equal(0, Libc.fsetxattr(file, Encoding.ASCII.GetBytes(attribute + '\0'), bytes, (nuint)bytes.Length, 0));
    }

    /// <summary>The extended attributes of a file, name=value, sorted.</summary>
    public IEnumerable<string> Attributes(string name)
    {
        using var file = OpenAny(name);
        return ExtendedAttributes.Read(file, name)
            .Select(attribute => $"{Encoding.ASCII.GetString(attribute.NameBytes)}={Encoding.Latin1.GetString(attribute.Value)}")
            .Order(StringComparer.Ordinal);
    }

    private SafeFileHandle OpenAny(string name)
    {
        using var parent = RootDirectory.Open(Path);
        return parent.OpenOrThrow("open", RelativePath.Parse(name), Libc.O_RDONLY, RootDirectory.InRoot);
    }

    /// <summary>Every entry with type, mode, owner, size of files, time, link target and content hash, as find and sha256sum see them.</summary>
    public string Listing(string name) => Shell(
        $"cd '{name}' && find . -mindepth 1 \\( -type d -printf '%P %y %m %U:%G %T@\\n' -o -printf '%P %y %m %U:%G %s %T@ %n [%l]\\n' \\) | LC_ALL=C sort"
        + " && find . -type f -exec sha256sum {} + | LC_ALL=C sort");

    public void Dispose()
    {
        _opened.ForEach(directory => directory.Dispose());
        // Directory.Delete cannot name what is no UTF-8.
        Shell("rm -rf -- \"$PWD\"");
    }
}
