namespace CheckpointOperator.Core.Criu;

/// <summary>The numbers that image files start with (criu/include/magic.h).</summary>
internal enum ImageMagic : uint
{
    Inventory = 0x58313116,
    PsTree = 0x50273030,
    Core = 0x55053847,
    Ids = 0x54432030,
    Fs = 0x51403912,
    FdInfo = 0x56213732,
    Files = 0x56303138,
    MemFd = 0x48453499,
    Mm = 0x57492820,
    PageMap = 0x56084025,
    Mounts = 0x55563928,
    Stats = 0x57093306,
}
