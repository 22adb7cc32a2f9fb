using Microsoft.Win32.SafeHandles;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>A container's checkpoint, as podman, CRI-O and containerd write it: a tar archive, plain or compressed.</summary>
public sealed class CheckpointArchive : IDisposable
{
    /// <summary>Opens an archive by a path that the caller trusts.</summary>
    public static CheckpointArchive Open(string path, ArchiveLimits? limits = null) => throw new NotImplementedException();

    /// <summary>Reads an archive from an open file, always from its start. The handle stays the caller's.</summary>
    public static CheckpointArchive Open(SafeFileHandle handle, ArchiveLimits? limits = null) => throw new NotImplementedException();

    /// <summary>Unpacks everything but config.dump and spec.dump. What it made is removed again when the archive is refused.</summary>
    public ImportResult ImportWithoutConfig(RootDirectory destination, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Writes config.dump and spec.dump and nothing else.</summary>
    public ImportResult ImportConfig(RootDirectory destination, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The OCI runtime that config.dump names. Reads no further than config.dump and unpacks nothing; the name is the archive's claim.</summary>
    public string ReadRuntimeName(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Tells what the archive holds.</summary>
    public ArchiveSummary Inspect(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Tells what the archive holds and the SHA-256 of the whole file, reading it once.</summary>
    public ArchiveInspection InspectAndHash(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
