using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>All that happens to an archive on its way to a restore: it is looked at, unpacked, and applied to a root file system.</summary>
internal static class ImportTarget
{
    private static readonly TreeRules Unpacked = new(Privileges: false, Devices: false, Fifos: false);

    internal static void Run(byte[] input)
    {
        using var sandbox = new Sandbox();
        using var file = sandbox.CreateInput(SealedTar.Seal(input));
        using var archive = CheckpointArchive.Open(file, FuzzLimits.Archive);
        // A reader that refuses keeps none of the others from being tried.
        Attempt(() => archive.ReadRuntimeName());
        Attempt(() => archive.InspectAndHash());
        Attempt(() => archive.ListRootFsChanges());
        Attempt(() => archive.ReadProcesses(CriuParts.AllButEnvironment));
        Attempt(() => archive.ImportConfig(sandbox.Bundle));
        Attempt(() => ImportWithoutConfig(archive, sandbox.Bundle));
        Unpacked.Check(sandbox.Bundle);
        Attempt(() => RootFsDiff.Apply(sandbox.Bundle, sandbox.Root, FuzzLimits.Archive));
        DeletedFiles.Remove(sandbox.Bundle, sandbox.Root, FuzzLimits.Archive);
    }

    private static void ImportWithoutConfig(CheckpointArchive archive, RootDirectory bundle)
    {
        var before = Names(bundle);
        try
        {
            archive.ImportWithoutConfig(bundle);
        }
        catch (ArchiveRefusedException e)
        {
            if (Names(bundle) is var after && after != before)
                throw new FindingException($"a refused import has left '{after}' where '{before}' was", e);
            throw;
        }
    }

    private static string Names(RootDirectory directory) =>
        string.Join(' ', directory.List().Select(static entry => entry.Path.Display).Order(StringComparer.Ordinal));

    private static void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (ArchiveRefusedException e)
        {
            FuzzTarget.CheckRefusal(e);
        }
        catch (FileSystemException)
        {
            // Documented; the next step meets what this one left.
        }
    }
}
