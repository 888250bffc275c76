// Makes a trail of many entries as the server makes them, lets the followers follow it, and measures: T1 bytes on disk for an
// entry, T2 processor time of a follower for an entry, T3 the time of a page. Arguments: a folder, and the number of entries.
using System.Diagnostics;
using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Server.Trail.Reading;
using Secronna.Server.Trail.Reads;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using TrailBench;

var folder = Directory.CreateDirectory(args[0]).FullName;
var many = long.Parse(args[1], CultureInfo.InvariantCulture);
var file = Path.Combine(folder, "secronna.db");
var engine = DatabaseEngines.Sqlite($"Data Source={file}", TimeProvider.System);
await Migrator.ApplyAsync(engine);
var database = await engine.OpenAsync(reason => Environment.FailFast(reason));
var sample = new SampleEntries(10_000);
await database.WriteAsync(async transaction =>
{
    await WorkspaceTable.AllowAsync(transaction, SampleEntries.Workspace, null, 0);
    await sample.AddSecretsAsync(transaction);
    return true;
});
var bytesBefore = await BytesAsync();

foreach (var entries in new[] { 10_000, many })
{
    await LoadAsync(entries);
    foreach (var follower in new Follower[] { new IndexFollower(), new ReadsFollower(TimeProvider.System) })
    {
        var (followed, seconds) = await FollowAsync(follower);
        Console.WriteLine(Line(
            $"T2  {follower.Name}, {entries:N0} entries",
            $"{seconds * 1e6 / followed:0.00} µs of processor time for an entry   (target: <= 3, all followers)"));
    }

    await MeasurePagesAsync(entries);
}

Console.WriteLine(Line($"T1  bytes on disk", $"{(double)(await BytesAsync() - bytesBefore) / many:0.0} for an entry, index and reads included, without tiles   (target: <= 210)"));
await database.DisposeAsync();
return;

ValueTask<long> BytesAsync() => database.ReadAsync(async session =>
{
    await using var query = session.Prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    return await query.ReadAsync() ? query.GetInt64(0) : 0;
});

// As under the load of P1, 64 callers append at once.
async Task LoadAsync(long until)
{
    const int Callers = 64;
    var next = (await database.ReadAsync(session => TrailSegmentTable.FindEndAsync(session, SampleEntries.Workspace))).LastSequence;
    await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        while (Interlocked.Increment(ref next) <= until)
        {
            await database.AppendAsync(sample.Next());
        }
    })));
}

async Task<(long Followed, double Seconds)> FollowAsync(Follower follower)
{
    var lease = await FollowerLease.TakeAsync(database, SampleEntries.Workspace, follower.Name, "bench")
        ?? throw new InvalidOperationException("the follower is taken");
    var from = lease.Place;
    var began = Process.GetCurrentProcess().TotalProcessorTime;
    await follower.FollowAsync(lease, CancellationToken.None);
    return (lease.Place - from, (Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds);
}

async Task MeasurePagesAsync(long entries)
{
    foreach (var (name, filter) in new (string, Func<TrailFilter>)[]
    {
        ("by secret", () => new TrailFilter { SecretId = sample.RandomSecret() }),
        ("by actor", () => new TrailFilter { ActorId = SampleEntries.Actor }),
        ("of a time", () => new TrailFilter { To = sample.RandomTime() }),
        ("newest", () => new TrailFilter()),
    })
    {
        var times = new List<double>();
        for (var i = 0; i < 2_000; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await database.ReadSnapshotAsync(filter(), (session, filter) =>
                TrailReader.PageAsync(session, SampleEntries.Workspace, filter, long.MaxValue, Limits.AuditPageDefault));
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(Line(
            $"T3  a page {name}, {entries:N0} entries", $"median {times[times.Count / 2]:0.000} ms, p99 {times[times.Count * 99 / 100]:0.000} ms"));
    }
}

static string Line(string name, string value) => string.Create(CultureInfo.InvariantCulture, $"{name,-44} {value}");
