using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>Holds the writer inside a unit of work, so that what is queued meanwhile makes the next batch.</summary>
internal sealed class WriterHold : IDisposable
{
    private readonly ManualResetEventSlim began;
    private readonly ManualResetEventSlim goOn;

    private WriterHold(ManualResetEventSlim began, ManualResetEventSlim goOn) => (this.began, this.goOn) = (began, goOn);

    public required Task Done { get; init; }

    public static WriterHold Take(Database database)
    {
        var (began, goOn) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        var done = database.WriteAsync((began, goOn), static (_, it) =>
        {
            it.began.Set();
            it.goOn.Wait();
            return new ValueTask<bool>(true);
        });
        var hold = new WriterHold(began, goOn) { Done = done };
        began.Wait();
        return hold;
    }

    public void Release() => goOn.Set();

    /// <summary>Lets the writer go on, also where a test failed meanwhile.</summary>
    public void Dispose()
    {
        goOn.Set();
        Done.Wait();
        began.Dispose();
        goOn.Dispose();
    }
}
