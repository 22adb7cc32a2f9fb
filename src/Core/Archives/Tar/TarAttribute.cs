namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>An extended attribute: its name, with a NUL at its end for the kernel, and its value.</summary>
internal readonly record struct TarAttribute(byte[] Name, byte[] Value)
{
    internal ReadOnlySpan<byte> NameBytes => Name.AsSpan(0, Name.Length - 1);
}
