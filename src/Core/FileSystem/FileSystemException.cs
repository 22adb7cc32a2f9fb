using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>A system call on a file failed.</summary>
public sealed class FileSystemException : IOException
{
    /// <summary>Creates the exception from an error number.</summary>
    /// <param name="operation">What was being done, as a verb: "open", "remove".</param>
    /// <param name="path">The path, for the message.</param>
    /// <param name="error">The error number (errno).</param>
    internal FileSystemException(string operation, string path, int error)
        : base($"cannot {operation} '{DisplayText.Of(path)}': {Describe(error)}")
    {
        Path = path;
        Error = error;
    }

    /// <summary>Creates it with what to do about it.</summary>
    internal FileSystemException(string operation, string path, int error, string? advice)
        : base($"cannot {operation} '{DisplayText.Of(path)}': {Describe(error)}{(advice is null ? string.Empty : "; " + advice)}")
    {
        Path = path;
        Error = error;
    }

    /// <summary>The path that the operation was about.</summary>
    public string Path { get; }

    /// <summary>The error number (errno).</summary>
    public int Error { get; }

    /// <summary>Whether the entry, or a directory on its way, does not exist.</summary>
    public bool IsNotFound => Error is Errno.ENOENT or Errno.ENOTDIR;

    /// <summary>Whether an entry of that name exists already.</summary>
    public bool IsAlreadyThere => Error == Errno.EEXIST;

    internal static FileSystemException FromLastError(string operation, string path) =>
        new(operation, path, Marshal.GetLastPInvokeError());

    private static string Describe(int error) => error switch
    {
        Errno.EXDEV => "a mount point lies on the way (EXDEV)",
        Errno.ELOOP => "a symbolic link is where none may be (ELOOP)",
        _ => Marshal.GetPInvokeErrorMessage(error),
    };
}
