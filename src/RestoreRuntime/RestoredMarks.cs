namespace CheckpointOperator.RestoreRuntime;

/// <summary>
/// Remembers which containers were restored: they run already when the shim comes to start them. The folder is on /run, so that a boot forgets them all.
/// </summary>
internal sealed class RestoredMarks(string folder)
{
    /// <summary>Whether a container was restored.</summary>
    public bool Contains(string id) => IsName(id) && File.Exists(Path.Combine(folder, id));

    /// <summary>Marks a container as restored.</summary>
    public void Add(string id)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllBytes(Path.Combine(folder, id), []);
    }

    /// <summary>Forgets a container.</summary>
    public void Remove(string id)
    {
        if (Contains(id))
        {
            File.Delete(Path.Combine(folder, id));
        }
    }

    private static bool IsName(string id) => id is not ("" or "." or "..") && !id.Contains('/', StringComparison.Ordinal);
}
