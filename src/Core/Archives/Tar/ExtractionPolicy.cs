using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>What entries may bring along, by what an archive is for.</summary>
internal sealed record ExtractionPolicy
{
    /// <summary>A checkpoint: files and folders for the node's root user, no link through which anything could be written or read outside.</summary>
    internal static ExtractionPolicy Checkpoint { get; } = new() { ModeMask = 0x1ED };

    /// <summary>A volume's content: owners and attributes, but no more rights than its files had by their owner.</summary>
    internal static ExtractionPolicy Volume { get; } = new() { KeepOwners = true, FollowLinksInside = true, SpecialFiles = true, RootMetadata = true };

    /// <summary>A container's root file system: all that an image may hold.</summary>
    internal static ExtractionPolicy RootFs { get; } = Volume with { KeepPrivileges = true, HarmlessDevices = true, Whiteouts = true };

    /// <summary>Owners, extended attributes and times are set, not only modes.</summary>
    internal bool KeepOwners { get; init; }

    /// <summary>Setuid and setgid bits of files and file capabilities are kept.</summary>
    internal bool KeepPrivileges { get; init; }

    /// <summary>Names may lead through symbolic links, which never leave the destination; else a link on the way is refused, and so is one that points outside.</summary>
    internal bool FollowLinksInside { get; init; }

    /// <summary>FIFOs may be made.</summary>
    internal bool SpecialFiles { get; init; }

    /// <summary>The devices that every container has in /dev may be made.</summary>
    internal bool HarmlessDevices { get; init; }

    /// <summary><c>.wh.</c> names and character devices 0/0 remove.</summary>
    internal bool Whiteouts { get; init; }

    /// <summary>An entry <c>./</c> or <c>/</c> sets the destination's own owner, mode and time.</summary>
    internal bool RootMetadata { get; init; }

    /// <summary>The user namespace whose ids the entries' owners are; null where those are the file system's own.</summary>
    internal IdMap? Ids { get; init; }

    /// <summary>Mode bits that are kept.</summary>
    internal uint ModeMask { get; init; } = 0xFFF;
}
