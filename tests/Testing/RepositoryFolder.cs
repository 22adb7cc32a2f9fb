namespace CheckpointOperator.Testing;

/// <summary>The working copy that the tests were built in.</summary>
internal static class RepositoryFolder
{
    private const string Solution = "CheckpointOperator.sln";

    internal static string Path { get; } = Find();

    /// <summary>The path of one of its files or folders.</summary>
    internal static string PathOf(string path) => System.IO.Path.Combine(Path, path);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Solution)))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds {Solution}; run the tests from the repository");
    }
}
