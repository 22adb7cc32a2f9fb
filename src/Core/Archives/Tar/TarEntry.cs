using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>One entry's header. A reader fills the same object again for the next entry; a writer takes one.</summary>
internal sealed class TarEntry
{
    internal long Index { get; set; }

    /// <summary>The name as it stands in the archive.</summary>
    internal byte[] RawName { get; set; } = [];

    /// <summary>The name, checked and normalised; <see cref="RelativePath.Root"/> only for a directory <c>./</c> or <c>/</c>.</summary>
    internal RelativePath Path { get; set; }

    internal byte[] LinkTarget { get; set; } = [];

    internal TarEntryType Type { get; set; }

    internal uint Mode { get; set; }

    internal uint UserId { get; set; }

    internal uint GroupId { get; set; }

    /// <summary>Bytes of content, a sparse file's holes included.</summary>
    internal long Size { get; set; }

    internal UnixTime Modified { get; set; }

    internal uint DeviceMajor { get; set; }

    internal uint DeviceMinor { get; set; }

    internal List<TarAttribute> Attributes { get; } = [];

    /// <summary>What PAX records say of a sparse file; null where they say nothing.</summary>
    internal PaxSparse? Sparse { get; set; }

    internal string DisplayName => DisplayText.Of(RawName);

    internal ArchiveRefusedException Refuse(ArchiveRefusal reason, string? detail = null, Exception? cause = null) =>
        new(reason, DisplayName, Index, detail, cause);
}
