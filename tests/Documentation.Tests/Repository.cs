namespace CheckpointOperator.Documentation.Tests;

/// <summary>The working copy that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = RepositoryFolder.Path;

    /// <summary>The path of one of its files or folders.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The files below a folder that are sources, not made by a build.</summary>
    public static IEnumerable<string> Sources(string folder, string pattern) => Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Root, file).Split('/').Any(part => part is "bin" or "obj"));
}
