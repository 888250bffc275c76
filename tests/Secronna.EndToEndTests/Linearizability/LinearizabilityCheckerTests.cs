namespace Secronna.EndToEndTests.Linearizability;

/// <summary>The checker accepts linearizable histories and finds the fault in others.</summary>
public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Sequential_operations_are_accepted() => Accept(
        Put("a", 1, 2, 1), Reveal(3, 4, (1, "a")), Put("b", 5, 6, 2), Reveal(7, 8, (2, "b")), Delete("s", 9, 10), Reveal(11, 12, null),
        Put("c", 13, 14, 1, "t"), Reveal(15, 16, (1, "c")));

    [Fact]
    public void Concurrent_operations_may_happen_in_either_order()
    {
        Accept(Put("a", 1, 10, 2), Put("b", 1, 10, 1), Reveal(11, 12, (2, "a")));
        Accept(Put("a", 1, 2, 1), Put("b", 3, 10, 2), Reveal(4, 5, (2, "b")), Reveal(6, 7, (2, "b")));
        Accept(Put("a", 1, 2, 1), Put("b", 3, 10, 2), Reveal(4, 5, (1, "a")), Reveal(6, 7, (2, "b")));
        Accept(Put("a", 1, 2, 1), Put("b", 3, 10, 2), Reveal(4, 9, (2, "b")), Reveal(5, 8, (1, "a")));
    }

    [Fact]
    public void A_stale_read_is_found() =>
        Refuse(Put("a", 1, 2, 1), Put("b", 3, 4, 2), Reveal(5, 6, (1, "a")));

    [Fact]
    public void A_current_version_that_goes_back_is_found() =>
        Refuse(Put("a", 1, 2, 1), Put("b", 3, 10, 2), Reveal(4, 5, (2, "b")), Reveal(6, 7, (1, "a")));

    [Fact]
    public void A_lost_write_is_found()
    {
        Refuse(Put("a", 1, 2, 1), Put("b", 3, 4, 1));
        Refuse(Put("a", 1, 2, 1), Reveal(3, 4, null));
        Refuse(Put("a", 1, 10, 1), Put("b", 1, 10, 1));
    }

    [Fact]
    public void A_gap_in_the_versions_is_found() => Refuse(Put("a", 1, 2, 1), Put("b", 3, 4, 3));

    [Fact]
    public void A_read_before_its_write_is_found() => Refuse(Reveal(1, 2, (1, "a")), Put("a", 3, 4, 1));

    [Fact]
    public void A_value_that_nobody_wrote_is_found() => Refuse(Put("a", 1, 2, 1), Reveal(3, 4, (1, "z")));

    [Fact]
    public void An_expected_version_must_have_been_current()
    {
        Accept(Put("a", 1, 2, 1, expected: 0), Put("b", 3, 4, 2, expected: 1), Conflict(5, 6, expected: 1), Conflict(7, 8, expected: 0));
        Refuse(Put("a", 1, 2, 1), Put("b", 3, 4, 2, expected: 0));
        Refuse(Put("a", 1, 2, 1), Conflict(3, 4, expected: 1));
        Refuse(Put("a", 1, 10, 1, expected: 0), Put("b", 1, 10, 2, expected: 0));
    }

    [Fact]
    public void A_deleted_secret_stays_deleted_and_its_key_can_only_be_written_as_a_new_secret()
    {
        Refuse(Put("a", 1, 2, 1), Delete("s", 3, 4), Reveal(5, 6, (1, "a")));
        Refuse(Put("a", 1, 2, 1), Delete("s", 3, 4), Put("b", 5, 6, 2));
        Refuse(Put("a", 1, 2, 1), Delete("s", 3, 4), Delete("s", 5, 6));
        Refuse(Put("a", 1, 2, 1), Put("b", 3, 4, 2, "t"));
        Accept(Put("a", 1, 2, 1), Delete("s", 3, 4), Put("b", 5, 6, 1, "t"), RevealOf("s", 7, 8, null), RevealOf("t", 9, 10, (1, "b")));
        Refuse(Put("a", 1, 2, 1), RevealOf("s", 3, 4, null));
    }

    [Fact]
    public void An_operation_without_an_answer_may_have_happened_at_once_later_or_never()
    {
        Accept(Put("a", 1, 2, 1), Lost("b", 3), Reveal(4, 5, (1, "a")), Reveal(6, 7, (2, "b")));
        Accept(Put("a", 1, 2, 1), Lost("b", 3), Reveal(4, 5, (1, "a")), Put("c", 6, 7, 2));
        Accept(Put("a", 1, 2, 1), Lost("b", 3), Put("c", 4, 5, 3));
        Accept(Lost("a", 1), Reveal(2, 3, (1, "a")), Put("b", 4, 5, 2));
        Accept(Put("a", 1, 2, 1), new Delete("s") { Invoked = 3, Answered = null }, Reveal(4, 5, (1, "a")), Reveal(6, 7, null));
    }

    [Fact]
    public void An_operation_without_an_answer_does_not_excuse_every_fault()
    {
        Refuse(Reveal(1, 2, (1, "a")), Lost("a", 3));
        Refuse(Put("a", 1, 2, 1), Lost("b", 3), Reveal(4, 5, (2, "b")), Reveal(6, 7, (1, "a")));
        Refuse(Put("a", 1, 2, 1), Lost("b", 3), Put("c", 4, 5, 4));
        Refuse(Put("a", 1, 2, 1), Lost("b", 3, expected: 0), Put("c", 4, 5, 3));
    }

    [Fact]
    public void A_long_history_with_concurrent_and_lost_operations_is_decided()
    {
        List<Operation> history = [];
        for (var version = 1; version <= 2_000; version++)
        {
            var begin = version * 10L;
            history.Add(Put($"v{version}", begin, begin + 25, version));
            history.Add(Reveal(begin + 1, begin + 20, (version, $"v{version}")));
            if (version % 50 == 0)
            {
                history.Add(Lost($"lost{version}", begin));
            }
        }

        Accept([.. history]);
        Refuse([.. history, Reveal(15_000, 15_001, (1_400, "v1400"))]);
    }

    private static void Accept(params Operation[] history) => Assert.Null(LinearizabilityChecker.FindFault(history));

    private static void Refuse(params Operation[] history)
    {
        var fault = LinearizabilityChecker.FindFault(history);
        Assert.NotNull(fault);
        Assert.StartsWith("after ", fault, StringComparison.Ordinal);
    }

    private static Put Put(string value, long invoked, long answered, int version, string id = "s", int? expected = null) =>
        new(value, expected) { Invoked = invoked, Answered = answered, Written = (id, version) };

    private static Put Conflict(long invoked, long answered, int expected) =>
        new("refused", expected) { Invoked = invoked, Answered = answered };

    private static Put Lost(string value, long invoked, int? expected = null) =>
        new(value, expected) { Invoked = invoked, Answered = null };

    private static Reveal Reveal(long invoked, long answered, (int, string)? given) =>
        new() { Invoked = invoked, Answered = answered, Given = given };

    private static Reveal RevealOf(string id, long invoked, long answered, (int, string)? given) =>
        new(id) { Invoked = invoked, Answered = answered, Given = given };

    private static Delete Delete(string id, long invoked, long answered) =>
        new(id) { Invoked = invoked, Answered = answered, IsDone = true };
}
