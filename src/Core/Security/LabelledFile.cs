using System.Runtime.InteropServices;
using System.Text;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Security;

/// <summary>Creates the files that a confined runtime is to write, such as restore.log.</summary>
public static class LabelledFile
{
    /// <summary>
    /// Creates an empty file, mode 0600, with an SELinux label. It must not exist yet, and no link is followed: the label goes to the
    /// file that was made, by its descriptor. Where SELinux is off and the file system keeps no labels the file is left without.
    /// </summary>
    /// <returns>The file, open for reading and writing.</returns>
    public static SafeFileHandle Create(RootDirectory directory, RelativePath name, SELinuxLabel? label)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var file = directory.CreateFile(name);
        if (label is null)
            return file;

        byte[] value = [.. Encoding.ASCII.GetBytes(label.ToString()), 0];
        if (Libc.fsetxattr(file, "security.selinux\0"u8, value, (nuint)value.Length, 0) == 0)
            return file;
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.EOPNOTSUPP && !IsSELinuxEnabled())
            return file;

        file.Dispose();
        directory.Remove(name);
        throw new FileSystemException($"set the label {label} on", directory.Describe(name), error);
    }

    private static bool IsSELinuxEnabled() => File.Exists("/sys/fs/selinux/enforce");
}
