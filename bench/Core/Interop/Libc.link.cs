using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Benchmark.Interop;

internal static partial class Libc
{
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int link(string from, string to);
}
