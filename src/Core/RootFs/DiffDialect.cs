namespace CheckpointOperator.Core.RootFs;

/// <summary>How a diff says what was deleted.</summary>
public enum DiffDialect
{
    /// <summary>By a list beside the archive, deleted.files, as podman and CRI-O do. The archive has what was added and changed.</summary>
    DeletedFiles,

    /// <summary>By whiteouts in the archive, <c>.wh.NAME</c> and <c>.wh..wh..opq</c>, as OCI's layers (image-spec, layer.md) and containerd do. There is no list.</summary>
    Whiteouts,
}
