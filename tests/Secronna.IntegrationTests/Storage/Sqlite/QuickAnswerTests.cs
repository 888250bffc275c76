using System.Diagnostics;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>Which answers begin on the writer's thread.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class QuickAnswerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_quick_answer_begins_on_the_writer_and_it_can_leave(bool isQuick)
    {
        await using var storage = await TestStorage.CreateAsync();
        Assert.Equal((isQuick, false), await AnswerAsync(storage, isQuick));
    }

    [Fact]
    public async Task A_change_and_a_failed_record_are_answered_on_the_thread_pool()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        Assert.False(WriterThread.IsCurrent);
        storage.Break("INSERT", "trail_segments");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AnswerAsync(storage, isQuick: true));
        Assert.False(WriterThread.IsCurrent);
        storage.Mend("trail_segments");
    }

    [Fact]
    public async Task Quick_answers_that_take_long_together_go_on_on_the_thread_pool()
    {
        await using var storage = await TestStorage.CreateAsync();
        List<Task<(bool Began, bool Ended)>> answers;
        using (WriterHold.Take(storage.Database))
        {
            answers = [.. Enumerable.Range(0, 40).Select(_ => AnswerAsync(storage, isQuick: true, takes: TimeSpan.FromMilliseconds(1)))];
        }

        var began = (await Task.WhenAll(answers)).Count(answer => answer.Began);
        Assert.InRange(began, 1, 39);
    }

    private static async Task<(bool Began, bool Ended)> AnswerAsync(TestStorage storage, bool isQuick, TimeSpan takes = default)
    {
        await storage.Database.RecordAsync((storage, isQuick), static (_, audit, state) =>
        {
            Server.Trail.TrailRecording.Append(audit, state.storage.Entry());
            return new ValueTask<bool>(state.isQuick);
        }, isQuick: static (_, result) => result);
        var began = WriterThread.IsCurrent;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < takes)
        {
            Thread.SpinWait(10);
        }

        await WriterThread.LeaveAsync();
        return (began, WriterThread.IsCurrent);
    }
}
