// Times one reveal and one request for all secrets of an environment, alternately, with one client.
// Usage: client-bench ENV SECRET [rounds]
using System.Diagnostics;
using System.Globalization;
using Secronna.Client;

var (environment, secret) = (args[0], args[1]);
var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1000;
using var client = new SecronnaClient(new SecronnaClientOptions());
List<double> one = [], all = [];
var count = 0;
// The first rounds are not counted, because the runtime compiles the code during them.
for (var i = -200; i < rounds; i++)
{
    var began = Stopwatch.GetTimestamp();
    await client.Secrets.RevealAsync(secret);
    var between = Stopwatch.GetTimestamp();
    count = (await client.FetchSecretsAsync(environment)).Count;
    var ended = Stopwatch.GetTimestamp();
    if (i >= 0)
    {
        one.Add(Stopwatch.GetElapsedTime(began, between).TotalMilliseconds);
        all.Add(Stopwatch.GetElapsedTime(between, ended).TotalMilliseconds);
    }
}

one.Sort();
all.Sort();
Print("one reveal", one);
Print($"{count} secrets", all);
Console.WriteLine(FormattableString.Invariant($"SDK  ratio of medians  {all[all.Count / 2] / one[one.Count / 2]:F2}   of {rounds}"));

static void Print(string what, List<double> times) => Console.WriteLine(FormattableString.Invariant(
    $"SDK  {what,-16}  median {times[times.Count / 2]:F2} ms, p95 {times[times.Count * 95 / 100]:F2} ms"));
