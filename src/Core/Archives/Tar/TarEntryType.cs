namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The kinds of entry that are extracted, by their type flag.</summary>
internal enum TarEntryType : byte
{
    Regular = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
}
