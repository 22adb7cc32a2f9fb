using System.CommandLine;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The option that names a diff's dialect, <c>podman</c> or <c>oci</c>.</summary>
internal static class DialectOption
{
    private const string Podman = "podman";
    private const string Oci = "oci";

    /// <summary>Makes it.</summary>
    public static Option<string> Create(string name, bool isRequired = false)
    {
        var option = new Option<string>(name)
        {
            Description = "How deletions are told: podman (in deleted.files) or oci (by whiteouts in rootfs-diff.tar).",
            Required = isRequired,
        };
        if (!isRequired)
            option.DefaultValueFactory = static _ => Podman;
        option.AcceptOnlyFromAmong(Podman, Oci);
        return option;
    }

    /// <summary>Reads its value.</summary>
    public static DiffDialect Read(string? value) => value == Oci ? DiffDialect.Whiteouts : DiffDialect.DeletedFiles;
}
