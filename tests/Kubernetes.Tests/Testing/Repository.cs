namespace CheckpointOperator.Kubernetes.Tests.Testing;

/// <summary>The working copy that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>The path of one of its files or folders.</summary>
    public static string PathOf(string path) => Path.Combine(RepositoryFolder.Path, path);
}
