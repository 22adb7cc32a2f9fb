using System.Buffers.Binary;
using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

public sealed class UserNamespaceTests : IDisposable
{
    // Revision 2 of struct vfs_cap_data: CAP_NET_BIND_SERVICE, effective.
    private const string Capability = "\u0001\0\0\u0002\u0000\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private static readonly IdMap Ids = new([new IdRange(0, 100000, 65536)], [new IdRange(0, 200000, 65536)]);

    private readonly TemporaryFolder _folder = new();

    public UserNamespaceTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        _folder.Shell("mkdir root");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_kinds_of_entries_get_the_node_s_ids_and_folders_in_between_those_of_the_container_s_root()
    {
        Apply(Owned().Folder("d/"), Owned().File("d/f"), Owned().Symlink("d/l", "f"), Owned().Fifo("d/p"), Owned().File("between/f"));
        Assert.Equal(
            "100000:200000 101000:200007 101000:200007 101000:200007 101000:200007 101000:200007",
            _folder.Shell("cd root; echo $(stat -c %u:%g between between/f d d/f d/l d/p)").Trim());
    }

    [Theory]
    [InlineData("uid=65536", "gid=0")]
    [InlineData("uid=0", "gid=65536")]
    [InlineData("uid=4294967294", "gid=0")]
    public void An_owner_outside_the_namespace_is_refused(string user, string group)
    {
        var refusal = Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Pax(user, group).File("f")));
        Assert.Equal((ArchiveRefusal.IdOutsideMap, "f"), (refusal.Reason, refusal.Entry));
        Assert.False(File.Exists(_folder["root/f"]));
    }

    [Fact]
    public void A_capability_holds_in_the_namespace_alone_and_comes_back_as_it_was()
    {
        Apply(new HandmadeTar().Pax("uid=0", "gid=0", "SCHILY.xattr.security.capability=" + Capability).File("tool", mode: 0x1ED));
        Assert.Equal(["security.capability=\u0001\0\0\u0003" + Capability[4..] + "\u00A0\u0086\u0001\0"], _folder.Attributes("root/tool"));
        _folder.Shell("chown 100000:200000 root");
        RoundTrip();
        Assert.Equal(["security.capability=" + Capability], _folder.Attributes("out/tool"));
    }

    [Fact]
    public void Ids_in_an_ACL_are_mapped_both_ways_and_those_outside_refused()
    {
        Apply(new HandmadeTar().Pax("uid=0", "gid=0", "SCHILY.xattr.system.posix_acl_access=" + Acl(1000, 50)).File("f"));
        Assert.Equal(["system.posix_acl_access=" + Acl(101000, 200050)], _folder.Attributes("root/f"));
        _folder.Shell("chown 100000:200000 root");
        RoundTrip();
        Assert.Equal(["system.posix_acl_access=" + Acl(1000, 50)], _folder.Attributes("out/f"));
        var outside = new HandmadeTar().Pax("uid=0", "gid=0", "SCHILY.xattr.system.posix_acl_access=" + Acl(70000, 50)).File("g");
        Assert.Equal(ArchiveRefusal.IdOutsideMap, Assert.Throws<ArchiveRefusedException>(() => Apply(outside)).Reason);
    }

    [Fact]
    public void A_file_whose_owner_the_namespace_does_not_know_fails_by_name()
    {
        _folder.Shell("chown 100000:200000 root; touch root/stranger");
        Assert.Contains("stranger", Assert.Throws<IOException>(() => RootFsDiff.CreateFromUpper(_folder.Open("root"), new MemoryStream(), new DiffOptions { Ids = Ids })).Message, StringComparison.Ordinal);
    }

    private void RoundTrip()
    {
        using var tar = new MemoryStream();
        RootFsDiff.CreateFromUpper(_folder.Open("root"), tar, new DiffOptions { Ids = Ids });
        tar.Position = 0;
        RootFsDiff.Apply(tar, _folder.Make("out"));
    }

    private static HandmadeTar Owned() => new HandmadeTar().Pax("uid=1000", "gid=7");

    private void Apply(params HandmadeTar[] parts) => RootFsDiff.Apply(
        new MemoryStream([.. parts.SelectMany(static part => part.Unfinished()), .. new byte[1024]]), _folder.Open("root"), ids: Ids);

    // user::rwx, user:USER:rwx, group::r-x, group:GROUP:r-x, mask::rwx, other::r-x, as latin 1 text.
    private static string Acl(uint user, uint group)
    {
        var acl = new byte[4 + (6 * 8)];
        acl[0] = 2;
        (ushort Tag, ushort Rights, uint Id)[] entries =
            [(1, 7, uint.MaxValue), (2, 7, user), (4, 5, uint.MaxValue), (8, 5, group), (16, 7, uint.MaxValue), (32, 5, uint.MaxValue)];
        for (var i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(acl.AsSpan(4 + (i * 8)), entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(acl.AsSpan(6 + (i * 8)), entries[i].Rights);
            BinaryPrimitives.WriteUInt32LittleEndian(acl.AsSpan(8 + (i * 8)), entries[i].Id);
        }

        return Encoding.Latin1.GetString(acl);
    }
}
