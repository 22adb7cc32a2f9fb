using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const int P_PID = 1;
    internal const int WEXITED = 4;
    internal const int WNOWAIT = 0x1000000;

    /// <summary>Size of <c>siginfo_t</c>.</summary>
    internal const int SignalInformationSize = 128;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int waitid(int kind, int id, Span<byte> information, int options);
}
