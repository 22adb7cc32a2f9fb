using System.Text;
using CheckpointOperator.Core.Runtimes;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>The JSON of OCI runtimes: what they say of themselves, and a bundle's configuration with the label that it names.</summary>
internal static class RuntimeTarget
{
    internal static void Run(byte[] input)
    {
        OciRuntimeFeatures.TryParse(Encoding.UTF8.GetString(input));
        OciBundle.ParseMountLabel(input);
    }
}
