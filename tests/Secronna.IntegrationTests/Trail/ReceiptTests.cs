using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Trail;

/// <summary>Whoever appends entries learns their sequence numbers and their epoch once they are durable.</summary>
[DependsOnTransactions]
public sealed class ReceiptTests
{
    [Fact]
    public async Task A_receipt_tells_the_numbers_of_its_own_entries_among_those_of_a_commit()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var (first, second, other) = (new TrailReceipt(), new TrailReceipt(), new TrailReceipt());
        await storage.WriteAsync(transaction =>
        {
            transaction.Audit.Append(Entry(null));
            transaction.Audit.Append(Entry(first));
            transaction.Audit.Append(Entry(other, "acc_b"));
            transaction.Audit.Append(Entry(first));
            transaction.Audit.Append(Entry(second));
            return ValueTask.FromResult(true);
        });

        Assert.Equal((1, 2, 2, true), (first.Epoch, first.First, first.Count, first.IsRange));
        Assert.Equal((1, 4, 1, true), (second.Epoch, second.First, second.Count, second.IsRange));
        Assert.Equal((1, 1, 1, true), (other.Epoch, other.First, other.Count, other.IsRange));
    }

    [Fact]
    public async Task A_receipt_is_told_of_entries_in_several_rows_and_of_a_gap_between_commits()
    {
        await using var storage = await TestStorage.CreateAsync();
        var receipt = new TrailReceipt();
        await storage.Database.AppendAsync(Entry(null));
        await storage.Database.AppendAsync([.. Enumerable.Range(0, 5).Select(_ => Entry(receipt, size: 30_000))]);
        await storage.Database.AppendAsync(Entry(receipt));
        Assert.Equal((2, 6, true), (receipt.First, receipt.Count, receipt.IsRange));

        await storage.Database.AppendAsync(Entry(null));
        await storage.Database.AppendAsync(Entry(receipt));
        Assert.Equal((2, 7, false), (receipt.First, receipt.Count, receipt.IsRange));
    }

    [Fact]
    public async Task A_receipt_has_the_epoch_that_its_entries_are_in_whoever_began_it()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        Assert.Equal(1, await EpochAsync(storage));

        await storage.Database.WriteAsync(transaction => BeginAsync(transaction, 2));
        Assert.Equal(2, await EpochAsync(storage));
        await Record.ExceptionAsync(() => storage.Database.WriteAsync<bool>(async transaction =>
        {
            await BeginAsync(transaction, 3);
            throw new InvalidOperationException("this unit is undone");
        }));
        Assert.Equal(2, await EpochAsync(storage));
        await other.WriteAsync(transaction => BeginAsync(transaction, 3));
        Assert.Equal(3, await EpochAsync(storage));

        // The first entry of an epoch is recorded together with its beginning.
        var receipt = new TrailReceipt();
        await storage.Database.WriteAsync(transaction =>
        {
            transaction.Audit.Append(Entry(receipt));
            return BeginAsync(transaction, 4);
        });
        Assert.Equal(4, receipt.Epoch);
    }

    [Fact]
    public async Task A_receipt_is_not_told_of_entries_that_were_not_kept()
    {
        await using var storage = await TestStorage.CreateAsync();
        var receipt = new TrailReceipt();
        storage.Break("INSERT", "trail_segments");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Database.AppendAsync(Entry(receipt)));
        storage.Mend("trail_segments");
        await Record.ExceptionAsync(() => storage.Database.WriteAsync<bool>(transaction =>
        {
            transaction.Audit.Append(Entry(receipt));
            throw new InvalidOperationException("this unit is undone");
        }));
        // The entries of one workspace are written, and then those of another one can't be.
        await Record.ExceptionAsync(() => storage.Database.AppendAsync(Entry(receipt), Entry(null, "acc_none")));
        await storage.Database.AppendAsync(Entry(null));
        Assert.Equal((0, false), (receipt.Count, receipt.IsRange));

        await storage.Database.AppendAsync(Entry(receipt));
        Assert.Equal((2, 1, true), (receipt.First, receipt.Count, receipt.IsRange));
    }

    private static EncodedEntry Entry(TrailReceipt? receipt, string workspaceId = TestStorage.Workspace, int size = 10) =>
        new(workspaceId, new byte[size], Receipt: receipt);

    private static async Task<long> EpochAsync(TestStorage storage)
    {
        var receipt = new TrailReceipt();
        await storage.Database.AppendAsync(Entry(receipt));
        return receipt.Epoch;
    }

    private static async ValueTask<bool> BeginAsync(Transaction transaction, long epoch)
    {
        await using var insert = transaction.Prepare("INSERT INTO trail_epochs (workspace_id, epoch, began_at_sequence) VALUES ($1, $2, 1)");
        return await insert.Bind(TestStorage.Workspace).Bind(epoch).ExecuteAsync() == 1;
    }
}
