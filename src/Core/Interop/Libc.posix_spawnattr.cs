using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    private const string NewerLibrary = "libc.so.6";

    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;
    internal const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>POSIX_SPAWN_SETCGROUP, which headers before glibc 2.39 do not have.</summary>
    internal const short SpawnInControlGroup = 0x100;

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

    /// <summary>Whether this C library can have a program born in a control group.</summary>
    internal static bool CanSpawnInControlGroup { get; } =
        NativeLibrary.TryLoad(NewerLibrary, out var library) && NativeLibrary.TryGetExport(library, nameof(posix_spawnattr_setcgroup_np), out _);

    // Looked for when it is called: a linker that binds the others would miss it.
    [LibraryImport(NewerLibrary)]
    internal static partial int posix_spawnattr_setcgroup_np(Span<byte> attributes, int descriptor);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_destroy(Span<byte> attributes);
}
