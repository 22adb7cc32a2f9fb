using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>Diffs that are made: of two trees, and from one dialect into the other.</summary>
internal static class DiffTargets
{
    /// <summary>The diff of two trees, applied to the first, has to make the second, in either dialect.</summary>
    internal static void CompareTrees(byte[] input)
    {
        using var sandbox = new Sandbox();
        RootFsDiff.Apply(new MemoryStream(SealedTar.Seal(input)), sandbox.Root, FuzzLimits.Archive);
        var dialect = (DiffDialect)(input.Length % 2);
        using var before = sandbox.MakeRoot("before");
        using var copy = sandbox.MakeRoot("copy");
        using var diff = new MemoryStream();
        var result = RootFsDiff.CreateFromTrees(before, sandbox.Root, diff, new DiffOptions { Dialect = dialect, AlwaysCompareContent = true });
        diff.Position = 0;
        RootFsDiff.Apply(diff, copy);
        using (var list = sandbox.Bundle.CreateFile(RelativePath.Parse(DeletedFiles.FileName)))
            RandomAccess.Write(list, DeletedFiles.Serialize(result.Deleted), 0);
        DeletedFiles.Remove(sandbox.Bundle, copy);
        var (expected, actual) = (TreeListing.Of(sandbox.Root), TreeListing.Of(copy));
        if (!expected.SequenceEqual(actual))
            throw new FindingException(
                $"by {dialect} there is not '{string.Join(", ", expected.Except(actual))}' but '{string.Join(", ", actual.Except(expected))}'");
    }

    /// <summary>A diff in another dialect has to be one that is read.</summary>
    internal static void Convert(byte[] input)
    {
        using var sandbox = new Sandbox();
        using (var file = sandbox.Bundle.CreateFile(RelativePath.Parse(RootFsDiff.FileName)))
            RandomAccess.Write(file, SealedTar.Seal(input), 0);
        using (var list = sandbox.Bundle.CreateFile(RelativePath.Parse(DeletedFiles.FileName)))
            RandomAccess.Write(list, """["/data/deep","/etc/passwd"]"""u8, 0);
        foreach (var dialect in Enum.GetValues<DiffDialect>())
        {
            using var converted = new MemoryStream();
            RootFsDiff.Convert(sandbox.Bundle, converted, new DiffOptions { Dialect = dialect, Lower = [sandbox.Root] }, FuzzLimits.Archive);
            converted.Position = 0;
            Read(converted, dialect);
        }
    }

    private static void Read(Stream converted, DiffDialect dialect)
    {
        try
        {
            using var reader = new TarReader(converted, ArchiveLimits.Default);
            while (reader.Next() is not null)
                reader.ReadAll(int.MaxValue, ArchiveRefusal.EntryTooLarge);
        }
        catch (ArchiveRefusedException e)
        {
            throw new FindingException($"what was converted to {dialect} is refused", e);
        }
    }
}
