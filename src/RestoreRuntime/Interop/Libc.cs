using System.Runtime.InteropServices;
using System.Text;

namespace CheckpointOperator.RestoreRuntime.Interop;

/// <summary>The functions of the C library that the wrapper needs, one per file under their own names.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    internal const int EINTR = 4;
    internal const int EAGAIN = 11;

    /// <summary>The C library's words for the last native call's error.</summary>
    internal static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    /// <summary>A string as the C library takes it.</summary>
    internal static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
