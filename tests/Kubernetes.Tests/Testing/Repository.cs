namespace CheckpointOperator.Kubernetes.Tests.Testing;

/// <summary>The working copy that the tests were built in.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>The path of one of its files or folders.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CheckpointOperator.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"CheckpointOperator.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
