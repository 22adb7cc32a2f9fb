namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>A piece of a sparse file that holds data; what lies between the pieces reads as zeros.</summary>
internal readonly record struct SparseRegion(long Offset, long Length)
{
    internal long End => Offset + Length;
}
