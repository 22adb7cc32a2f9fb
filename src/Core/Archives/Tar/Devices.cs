namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Device numbers.</summary>
internal static class Devices
{
    /// <summary>null, zero, full, random, urandom (memory devices) and tty: what every container has in /dev.</summary>
    internal static bool IsHarmless(uint major, uint minor) => (major, minor) is (1, 3 or 5 or 7 or 8 or 9) or (5, 0);

    /// <summary>makedev of sys/sysmacros.h.</summary>
    internal static ulong Number(uint major, uint minor) =>
        ((ulong)(major & 0xFFFFF000) << 32) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
}
