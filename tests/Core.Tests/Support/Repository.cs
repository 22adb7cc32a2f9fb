namespace CheckpointOperator.Core.Tests.Support;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    internal static string Read(string path) => File.ReadAllText(RepositoryFolder.PathOf(path));
}
