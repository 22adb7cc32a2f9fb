using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;
    internal const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Room for a <c>posix_spawnattr_t</c>, of any C library.</summary>
    internal const int SpawnAttributesRoom = 1024;

    /// <summary>Size of <c>sigset_t</c>.</summary>
    internal const int SignalSetSize = 128;

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_init(Span<byte> attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setflags(Span<byte> attributes, short flags);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigdefault(Span<byte> attributes, ReadOnlySpan<byte> signals);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigmask(Span<byte> attributes, ReadOnlySpan<byte> signals);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_destroy(Span<byte> attributes);
}
