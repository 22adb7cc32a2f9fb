namespace CheckpointOperator.Core.Tests.Support;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    internal static string Path { get; } = Find();

    internal static string Read(string path) => File.ReadAllText(System.IO.Path.Combine(Path, path));

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "CheckpointOperator.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds CheckpointOperator.sln; run the tests from the repository");
    }
}
