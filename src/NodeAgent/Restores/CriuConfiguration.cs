using System.Net;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>CRIU's configuration file for one restore.</summary>
internal static class CriuConfiguration
{
    /// <summary>
    /// Open connections go on where the Pod has the address that they were made on, and are closed where it has not: the process sees them reset
    /// and opens new ones.
    /// </summary>
    /// <param name="recorded">The Pod's addresses at the checkpoint.</param>
    /// <param name="now">The new Pod's addresses.</param>
    public static string Write(IReadOnlyList<string> recorded, IReadOnlyList<IPAddress> now)
    {
        bool same = recorded.Count > 0 && recorded.All(text => IPAddress.TryParse(text, out IPAddress? address) && now.Contains(address));
        return $"{(same ? "tcp-established" : "tcp-close")}\nfile-locks\n";
    }
}
