using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

/// <summary>Turns a failed call's error number into an exception that names what was tried.</summary>
internal static class Errno
{
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EWOULDBLOCK = 11;
    internal const int EBUSY = 16;

    internal static int Last => Marshal.GetLastPInvokeError();

    internal static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    internal static Win32Exception Exception(string tried)
    {
        int error = Last;
        return new Win32Exception(error, $"{tried}: {Text(error)}");
    }
}
