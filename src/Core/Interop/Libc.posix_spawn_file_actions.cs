using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    /// <summary>Room for a <c>posix_spawn_file_actions_t</c>, of any C library.</summary>
    internal const int SpawnFileActionsRoom = 512;

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_init(Span<byte> actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_adddup2(Span<byte> actions, SafeHandle descriptor, int number);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_destroy(Span<byte> actions);
}
