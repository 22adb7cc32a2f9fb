namespace CheckpointOperator.Core.Security;

/// <summary>SELinux in the running kernel.</summary>
public static class SELinux
{
    /// <summary>
    /// Whether SELinux is on, with a policy loaded. As libselinux's is_selinux_enabled, but told by what a process sees of the kernel in a container
    /// too, where selinuxfs is mostly not mounted.
    /// </summary>
    public static bool IsEnabled => IsOn(File.ReadAllText("/proc/filesystems"), static () => File.ReadAllBytes("/proc/thread-self/attr/current"));

    /// <summary>Judges by the list of file systems, where selinuxfs is missing when SELinux is off, and by the process's own label.</summary>
    internal static bool IsOn(string fileSystems, Func<byte[]> ownLabel) =>
        // Before a policy is loaded every label is "kernel", which is none.
        fileSystems.Split('\n').Any(static line => line.EndsWith("\tselinuxfs", StringComparison.Ordinal)) && SELinuxLabel.FromAttribute(ownLabel()) is not null;
}
