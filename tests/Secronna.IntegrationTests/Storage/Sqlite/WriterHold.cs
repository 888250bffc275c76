using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>Holds the SQLite writer inside a unit of work. All units that are queued meanwhile make up the next batch.</summary>
internal sealed class WriterHold : IDisposable
{
    private readonly ManualResetEventSlim began;
    private readonly ManualResetEventSlim goOn;

    private WriterHold(ManualResetEventSlim began, ManualResetEventSlim goOn) => (this.began, this.goOn) = (began, goOn);

    public required Task Done { get; init; }

    public static WriterHold Take(Database database)
    {
        var (began, goOn) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        var done = database.WriteAsync((began, goOn), static (_, events) =>
        {
            events.began.Set();
            events.goOn.Wait();
            return new ValueTask<bool>(true);
        });
        var hold = new WriterHold(began, goOn) { Done = done };
        began.Wait();
        return hold;
    }

    public void Release() => goOn.Set();

    /// <summary>Lets the writer go on, even when the test failed.</summary>
    public void Dispose()
    {
        goOn.Set();
        Done.Wait();
        began.Dispose();
        goOn.Dispose();
    }
}
