namespace CheckpointOperator.Core.Criu;

/// <summary>Neighbouring pages of one kind.</summary>
/// <param name="Address">Where they start in the process.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Offset">Where they start in pages-N.img, if they are there.</param>
/// <param name="IsPresent">Whether they are there.</param>
/// <param name="InParent">Whether an earlier checkpoint has them.</param>
internal readonly record struct PageRun(ulong Address, long Length, long Offset, bool IsPresent, bool InParent)
{
    internal ulong End => Address + (ulong)Length;
}
