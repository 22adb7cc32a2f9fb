using CheckpointOperator.RestoreRuntime.Interop;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>
/// Remembers which containers are being restored, and which were: those run already when the container engine comes to start them. The folder is on /run, so that a
/// boot forgets them all.
/// </summary>
internal sealed class RestoredMarks(string folder)
{
    private const string Begun = "restoring";
    private const string Done = "restored";
    private const string Started = "started";

    /// <summary>Whether a container was restored and waits for its start.</summary>
    public bool IsRestored(string id) => IsMarked(id) && File.ReadAllText(PathOf(id)) == Done;

    /// <summary>Marks a container whose restore begins.</summary>
    public void Begin(string id)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(PathOf(id), Begun);
    }

    /// <summary>Marks a container as restored.</summary>
    public void Complete(string id) => File.WriteAllText(PathOf(id), Done);

    /// <summary>Marks a restored container as started.</summary>
    public void Start(string id) => File.WriteAllText(PathOf(id), Started);

    /// <summary>Forgets a container, and makes its deletion possible where a killed runtime left the mount that it restores upon.</summary>
    /// <param name="id">The container.</param>
    /// <param name="root">The runtime's state folder.</param>
    public void Remove(string id, string root)
    {
        if (!IsMarked(id))
        {
            return;
        }

        // runc and crun name it so; that there is none is the rule.
        _ = Libc.umount2($"{root}/{id}/criu-root", Libc.MNT_DETACH | Libc.UMOUNT_NOFOLLOW);
        File.Delete(PathOf(id));
    }

    private bool IsMarked(string id) => IsName(id) && File.Exists(PathOf(id));

    private string PathOf(string id) => Path.Combine(folder, id);

    private static bool IsName(string id) => id is not ("" or "." or "..") && !id.Contains('/', StringComparison.Ordinal);
}
