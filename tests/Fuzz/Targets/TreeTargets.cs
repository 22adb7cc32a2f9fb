using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>Unpacking into a real folder whose links lead out of it.</summary>
internal static class TreeTargets
{
    private static readonly TreeRules Volume = new(Privileges: false, Devices: false, Fifos: true);
    private static readonly TreeRules RootFs = new(Privileges: true, Devices: true, Fifos: true);

    internal static void ExtractVolume(byte[] input)
    {
        using var written = new MemoryStream();
        long entries;
        using (var sandbox = new Sandbox())
        {
            try
            {
                TreeArchive.Extract(new MemoryStream(SealedTar.Seal(input)), sandbox.Root, FuzzLimits.Archive);
            }
            finally
            {
                Volume.Check(sandbox.Root);
            }

            entries = TreeArchive.Write(sandbox.Root, written);
        }

        // What was unpacked is a folder like any other: what is written of it can be unpacked.
        written.Position = 0;
        using var copy = new Sandbox();
        var extracted = TreeArchive.Extract(written, copy.Root);
        if (extracted.Entries != entries)
            throw new FindingException($"of {entries} entries written {extracted.Entries} were unpacked");
    }

    internal static void ApplyDiff(byte[] input)
    {
        using var sandbox = new Sandbox();
        try
        {
            RootFsDiff.Apply(new MemoryStream(SealedTar.Seal(input)), sandbox.Root, FuzzLimits.Archive);
        }
        finally
        {
            RootFs.Check(sandbox.Root);
        }
    }
}
