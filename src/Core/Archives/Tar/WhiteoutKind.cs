namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>What an OCI layer's file name says about removal.</summary>
internal enum WhiteoutKind
{
    None,

    /// <summary><c>.wh.NAME</c>: that name is gone.</summary>
    Name,

    /// <summary><c>.wh..wh..opq</c>: all that the layers below have in this folder is gone.</summary>
    Opaque,

    /// <summary>Any other name that starts so.</summary>
    Invalid,
}
