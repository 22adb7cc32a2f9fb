namespace CheckpointOperator.Documentation.Tests;

/// <summary>The working copy that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>The files below a folder that are sources, not made by a build.</summary>
    public static IEnumerable<string> Sources(string folder, string pattern) => Directory.EnumerateFiles(RepositoryFolder.PathOf(folder), pattern, SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(RepositoryFolder.Path, file).Split('/').Any(part => part is "bin" or "obj"));
}
