using System.Buffers.Binary;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Carries an entry's owners across a user namespace's border: user and group, those that POSIX ACLs name (linux/posix_acl_xattr.h), and the
/// namespace in which a file capability holds (linux/capability.h). A capability of revision 2 holds in every namespace, the
/// node's own too, so on the node a container's becomes one of revision 3, and back.
/// </summary>
internal static class OwnerMapping
{
    private const int AclHeader = 4;
    private const int AclEntry = 8;
    private const ushort AclUser = 0x02;
    private const ushort AclGroup = 0x08;
    private const int CapabilityLength = 20;
    private const uint RevisionMask = 0xFF000000;
    private const uint Revision2 = 0x02000000;
    private const uint Revision3 = 0x03000000;

    private delegate uint? Translate(IReadOnlyList<IdRange> ranges, uint id);

    /// <summary>From the container's ids to the node's; an id without one is refused.</summary>
    internal static void ToHost(TarEntry entry, IdMap ids)
    {
        Map(entry, ids, IdMap.ToHost, id => entry.Refuse(ArchiveRefusal.IdOutsideMap, $"it names id {id}, which the user namespace does not map"));
        ReplaceCapability(entry, value => Bind(value, IdMap.ToHost(ids.Users, 0)));
    }

    /// <summary>From the node's ids to the container's; an id without one is a fault that names the file.</summary>
    internal static void ToContainer(TarEntry entry, IdMap ids, EntryName name)
    {
        Map(entry, ids, IdMap.ToContainer, id => new IOException($"'{name}' names id {id} of the node, which the user namespace does not map"));
        ReplaceCapability(entry, value => Release(value, IdMap.ToHost(ids.Users, 0)));
    }

    private static void Map(TarEntry entry, IdMap ids, Translate translate, Func<uint, Exception> outside)
    {
        entry.UserId = translate(ids.Users, entry.UserId) ?? throw outside(entry.UserId);
        entry.GroupId = translate(ids.Groups, entry.GroupId) ?? throw outside(entry.GroupId);
        foreach (var attribute in entry.Attributes)
        {
            if (!ExtendedAttributes.IsAcl(attribute.NameBytes))
                continue;
            for (var rest = attribute.Value.AsSpan(Math.Min(AclHeader, attribute.Value.Length)); rest.Length >= AclEntry; rest = rest[AclEntry..])
            {
                var id = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                var ranges = BinaryPrimitives.ReadUInt16LittleEndian(rest) switch
                {
                    AclUser => ids.Users,
                    AclGroup => ids.Groups,
                    _ => null,
                };
                if (ranges is not null)
                    BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], translate(ranges, id) ?? throw outside(id));
            }
        }
    }

    private static void ReplaceCapability(TarEntry entry, Func<byte[], byte[]> replace)
    {
        for (var i = 0; i < entry.Attributes.Count; i++)
        {
            if (entry.Attributes[i].NameBytes.SequenceEqual(ExtendedAttributes.Capability))
                entry.Attributes[i] = entry.Attributes[i] with { Value = replace(entry.Attributes[i].Value) };
        }
    }

    // Without a root of its own nobody in the namespace could use it.
    private static byte[] Bind(byte[] value, uint? root) =>
        value.Length == CapabilityLength && Revision(value) == Revision2 && root is { } id ? Write([.. value, 0, 0, 0, 0], Revision3, id) : value;

    private static byte[] Release(byte[] value, uint? root) =>
        value.Length == CapabilityLength + 4 && Revision(value) == Revision3 && BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(CapabilityLength)) == root
            ? Write(value[..CapabilityLength], Revision2, null)
            : value;

    private static uint Revision(byte[] value) => BinaryPrimitives.ReadUInt32LittleEndian(value) & RevisionMask;

    private static byte[] Write(byte[] value, uint revision, uint? root)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(value, (BinaryPrimitives.ReadUInt32LittleEndian(value) & ~RevisionMask) | revision);
        if (root is { } id)
            BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(CapabilityLength), id);
        return value;
    }
}
