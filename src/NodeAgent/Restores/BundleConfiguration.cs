using System.Text;
using System.Text.Json.Nodes;

using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Changes a bundle's <c>config.json</c> before the runtime reads it.</summary>
internal static class BundleConfiguration
{
    private const string CriuConfigAnnotation = "org.criu.config";
    private static readonly RelativePath FileName = RelativePath.Parse("config.json");

    /// <summary>Makes runc or crun hand a configuration file to CRIU.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="config">Its configuration as it is.</param>
    /// <param name="criuConfig">Path of CRIU's file on the node.</param>
    public static void SetCriuConfig(RootDirectory bundle, ReadOnlySpan<byte> config, string criuConfig)
    {
        JsonObject root = JsonNode.Parse(config)!.AsObject();
        if (root["annotations"] is not JsonObject annotations)
            root["annotations"] = annotations = [];
        annotations[CriuConfigAnnotation] = criuConfig;
        UnixFileMode mode = bundle.Stat(FileName)?.Mode ?? (UnixFileMode.UserRead | UnixFileMode.UserWrite);
        bundle.WriteFileAtomically(FileName, Encoding.UTF8.GetBytes(root.ToJsonString()), mode);
    }
}
