namespace CheckpointOperator.Core.Criu;

/// <summary>Which images are needed for what.</summary>
internal static class ImageNames
{
    internal const string Inventory = "inventory.img";
    internal const string PsTree = "pstree.img";
    internal const string Files = "files.img";
    internal const string MemFd = "memfd.img";
    internal const string DumpStats = "stats-dump";
    internal const string RestoreStats = "stats-restore";
    internal const string Core = "core";
    internal const string Ids = "ids";
    internal const string Fs = "fs";
    internal const string Mm = "mm";
    internal const string FdInfo = "fdinfo";
    internal const string PageMap = "pagemap";
    internal const string Pages = "pages";
    internal const string Mounts = "mountpoints";

    internal static string Of(string kind, uint number) => FormattableString.Invariant($"{kind}-{number}.img");

    internal static bool WantsTexts(CriuParts parts) => (parts & (CriuParts.CommandLines | CriuParts.Environment)) != 0;

    internal static uint? PagesId(string name) => ArchiveImages.NumberIn(name, Pages);

    internal static bool IsWanted(string name, CriuParts parts)
    {
        if (name is Inventory or PsTree or Files)
            return true;
        if (name is DumpStats or RestoreStats)
            return parts.HasFlag(CriuParts.Statistics);
        if (name == MemFd)
            return parts.HasFlag(CriuParts.Files);
        return Has(Core) || Has(Ids) || Has(Fs) || Has(Mm)
            || (Has(FdInfo) && (parts & (CriuParts.Files | CriuParts.Sockets)) != 0)
            || (Has(PageMap) && (parts.HasFlag(CriuParts.Memory) || WantsTexts(parts)))
            || (Has(Mounts) && parts.HasFlag(CriuParts.Mounts));

        bool Has(string kind) => ArchiveImages.NumberIn(name, kind) is not null;
    }
}
