using System.Collections.Concurrent;

namespace Secronna.EndToEndTests.Fairness;

/// <summary>How long requests of one kind took, and how many failed. Thread-safe.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentQueue<double> milliseconds = new();
    private readonly ConcurrentQueue<string> errors = new();

    public IReadOnlyCollection<string> Errors => errors;

    public int Count => milliseconds.Count;

    /// <summary>The 99th percentile in milliseconds, counted from the moment when the request was due.</summary>
    public double P99
    {
        get
        {
            var sorted = milliseconds.Order().ToList();
            return sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * 0.99))];
        }
    }

    public void Add(TimeSpan taken) => milliseconds.Enqueue(taken.TotalMilliseconds);

    public void AddError(string error) => errors.Enqueue(error);
}
