using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class CheckpointJournalTests : IDisposable
{
    private static readonly CheckpointJournalEntry Entry =
        new("6f9619ff-8b86-d011-b42d-00cf4fc964ff", "abc", "runc", "/run/containerd/runc/k8s.io", 0, TimeSpan.FromMinutes(2));

    private readonly TemporaryNode _node = new();
    private readonly CheckpointJournal _journal;

    public CheckpointJournalTests() => _journal = new CheckpointJournal(_node.Root, _node.Options);

    public void Dispose() => _node.Dispose();

    [Fact]
    public void An_entry_is_there_from_its_beginning_to_its_end()
    {
        using (RootDirectory folder = _journal.Begin(Entry))
            Assert.Equal([Entry], _journal.Read());
        _journal.End(Entry.Uid);
        Assert.Empty(_journal.Read());
        Assert.Empty(Directory.GetFileSystemEntries(_node.On(_node.Options.Value.Work)));
    }

    [Fact]
    public void What_an_earlier_attempt_left_is_gone_when_a_new_one_begins()
    {
        _journal.Begin(Entry).Dispose();
        File.WriteAllText(_node.On($"{_journal.FolderOf(Entry.Uid)}/stale"), "");
        _journal.Begin(Entry).Dispose();
        Assert.False(File.Exists(_node.On($"{_journal.FolderOf(Entry.Uid)}/stale")));
    }

    [Fact]
    public void A_folder_without_an_entry_is_what_a_killed_agent_left_and_is_removed()
    {
        _journal.Begin(Entry).Dispose();
        string cut = Directory.CreateDirectory(_node.On(_journal.FolderOf("00000000-0000-0000-0000-000000000001"))).FullName;
        File.WriteAllText($"{cut}/.half.tmp", "{");
        string restore = Directory.CreateDirectory(_node.On($"{_node.Options.Value.Work}/restore-abc")).FullName;
        _journal.RemoveUnused();
        Assert.False(Directory.Exists(cut));
        Assert.True(Directory.Exists(restore));
        Assert.Equal([Entry], _journal.Read());
    }

    [Fact]
    public void The_folder_of_a_large_restore_is_no_entry()
    {
        _journal.Begin(Entry).Dispose();
        string restore = _node.On($"{_node.Options.Value.Work}/restore-abc");
        Directory.CreateDirectory(restore);
        File.WriteAllText($"{restore}/journal.json", """{"uid":"x","folder":"y"}""");
        Assert.Equal([Entry], _journal.Read());
    }
}
