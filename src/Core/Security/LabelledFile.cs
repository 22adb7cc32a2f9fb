using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Security;

/// <summary>Creates the files that a confined runtime is to write, such as dump.log and restore.log.</summary>
public static class LabelledFile
{
    /// <summary>
    /// Creates an empty file, mode 0600 whatever the umask, with an SELinux label. It must not exist yet, and no link is followed: the label goes to
    /// the file that was made, by its descriptor, and is read back. Where SELinux is off the label is left out, as podman does. The file is not flushed.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="name">The file below it.</param>
    /// <param name="label">The label; null for that which the policy gives.</param>
    /// <returns>The file, open for reading and writing.</returns>
    /// <exception cref="FileSystemException">
    /// It exists already, or the label could not be set: the file system keeps none, the policy does not know it or does not allow it. No file is left then.
    /// </exception>
    public static SafeFileHandle Create(RootDirectory directory, RelativePath name, SELinuxLabel? label) =>
        Create(directory, name, SELinux.IsEnabled ? label : null, LabelAttribute);

    internal static ReadOnlySpan<byte> LabelAttribute => "security.selinux\0"u8;

    /// <summary>Labels whether or not SELinux is on; tests take another attribute to meet the kernel's refusals.</summary>
    internal static SafeFileHandle Create(RootDirectory directory, RelativePath name, SELinuxLabel? label, ReadOnlySpan<byte> attribute)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var file = directory.CreateFile(name);
        if (label is null)
            return file;
        try
        {
            Set(file, label, attribute, directory.Describe(name));
            return file;
        }
        catch
        {
            file.Dispose();
            directory.Remove(name);
            throw;
        }
    }

    private static void Set(SafeFileHandle file, SELinuxLabel label, ReadOnlySpan<byte> attribute, string path)
    {
        var value = label.ToAttribute();
        if (Libc.fsetxattr(file, attribute, value, (nuint)value.Length, 0) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new FileSystemException($"set the label {label} on", path, error, Advice(error, file));
        }

        Span<byte> held = stackalloc byte[SELinuxLabel.MaxLength + 1];
        var length = Libc.fgetxattr(file, attribute, held, (nuint)held.Length);
        if (length < 0)
            throw FileSystemException.FromLastError("read the label back from", path);
        if (!label.Equals(SELinuxLabel.FromAttribute(held[..(int)length])))
            throw new IOException($"'{DisplayText.Of(path)}' holds the label '{DisplayText.Of(held[..(int)length])}' after {label} was set: its file system gives labels of its own");
    }

    private static string? Advice(int error, SafeFileHandle file) => error switch
    {
        Errno.EOPNOTSUPP =>
            $"its file system, {FileSystemOf(file)}, keeps no SELinux labels: use a folder on one that does, mounted without the option context",
        Errno.EINVAL => "the loaded policy does not know this label: take one that it knows, or load the policy that the label is from",
        Errno.EPERM or Errno.EACCES => "this process may not give files that label: it takes root, and a domain that the policy allows relabelto",
        _ => null,
    };

    private static string FileSystemOf(SafeFileHandle file) => new DriveInfo($"/proc/self/fd/{file.DangerousGetHandle()}").DriveFormat;
}
