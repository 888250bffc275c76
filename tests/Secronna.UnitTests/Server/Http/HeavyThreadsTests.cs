using Secronna.Server.Http;
using Xunit;

namespace Secronna.UnitTests.Server.Http;

/// <summary>The threads of heavy requests (S31).</summary>
public sealed class HeavyThreadsTests
{
    [Fact]
    public async Task Work_runs_on_the_threads_before_and_after_each_wait()
    {
        using var threads = new HeavyThreads(1);

        var areOfPool = await threads.RunAsync(async () =>
        {
            List<bool> areOfPool = [];
            areOfPool.Add(Thread.CurrentThread.IsThreadPoolThread);
            await Task.Yield();
            areOfPool.Add(Thread.CurrentThread.IsThreadPoolThread);
            areOfPool.Add(await Task.Run(() => Thread.CurrentThread.IsThreadPoolThread));
            return areOfPool.Append(Thread.CurrentThread.IsThreadPoolThread).ToList();
        });

        Assert.Equal([false, false, true, false], areOfPool);
    }

    [Fact]
    public async Task Work_that_holds_every_thread_holds_none_of_the_thread_pool()
    {
        using var threads = new HeavyThreads(4);
        using var end = new ManualResetEventSlim();
        using var running = new CountdownEvent(4);
        var works = Enumerable.Range(0, 4).Select(_ => threads.RunAsync(() =>
        {
            running.Signal();
            end.Wait();
            return Task.FromResult(Thread.CurrentThread.IsThreadPoolThread);
        })).ToList();
        Assert.True(running.Wait(TimeSpan.FromSeconds(30)));

        end.Set();

        Assert.DoesNotContain(true, await Task.WhenAll(works));
    }

    [Fact]
    public async Task The_failure_of_the_work_is_the_callers()
    {
        using var threads = new HeavyThreads(1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.RunAsync<int>(() => throw new InvalidOperationException()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.RunAsync<int>(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        }));
    }

    [Fact]
    public async Task Work_that_outlives_the_threads_ends_on_the_thread_pool()
    {
        var end = new TaskCompletionSource();
        var began = new TaskCompletionSource();
        Task<bool> work;
        using (var threads = new HeavyThreads(1))
        {
            work = threads.RunAsync(async () =>
            {
                began.SetResult();
                await end.Task;
                return Thread.CurrentThread.IsThreadPoolThread;
            });
            await began.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        end.SetResult();

        Assert.True(await work.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
