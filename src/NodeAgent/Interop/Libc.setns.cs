using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int CLONE_FS = 0x00000200;
    internal const int CLONE_NEWNS = 0x00020000;
    internal const int CLONE_NEWCGROUP = 0x02000000;
    internal const int CLONE_NEWUTS = 0x04000000;
    internal const int CLONE_NEWIPC = 0x08000000;
    internal const int CLONE_NEWNET = 0x40000000;

    // With a pidfd, all namespaces asked for are entered at once or none is (Linux 5.8).
    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int setns(SafeHandle fd, int nstype);
}
