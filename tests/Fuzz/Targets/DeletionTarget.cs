using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>deleted.files, applied to a root file system whose links lead out of it.</summary>
internal static class DeletionTarget
{
    internal static void Run(byte[] input)
    {
        using var sandbox = new Sandbox();
        using (var file = sandbox.Bundle.CreateFile(RelativePath.Parse(DeletedFiles.FileName)))
            RandomAccess.Write(file, input, 0);
        DeletedFiles.Remove(sandbox.Bundle, sandbox.Root, FuzzLimits.Archive);
        if (DeletedFiles.Remove(sandbox.Bundle, sandbox.Root, FuzzLimits.Archive) != 0)
            throw new FindingException("a second pass over the list still removed something");
    }
}
