using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    /// <summary>Starts a program; the result is an error number, that of <c>execve</c> included.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(
        out int pid, string path, Span<byte> fileActions, Span<byte> attributes, string?[] arguments, string?[] environment);
}
