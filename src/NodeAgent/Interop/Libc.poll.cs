using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const short POLLIN = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int poll(ref PollDescriptor fds, nuint nfds, int timeout);
}
