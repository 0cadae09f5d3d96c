import { test } from 'node:test';
import assert from 'node:assert/strict';
import { integers, numbers, running, streamsOf, used } from './decode.js';
import { labels, number, painted, scaleOf, tinted } from './colors.js';

test('integers take seven bits a byte', () => {
    assert.deepEqual([...integers(new Uint8Array([0, 127, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]), 4)], [0, 127, 128, 4294967295]);
    assert.throws(() => integers(new Uint8Array([1, 2]), 1), /damaged/);
});

test('numbers come as planes of bytes', () => {
    const bytes = new Uint8Array(new Float64Array([1 / 3, -2e300]).buffer);
    const planes = new Uint8Array(16);
    bytes.forEach((b, k) => (planes[2 * (k % 8) + (k >> 3)] = b));
    assert.deepEqual([...numbers(planes, Float64Array)], [1 / 3, -2e300]);
});

test('numbers come by their first use, or by their differences', () => {
    assert.deepEqual([...used(new Uint32Array([0, 0, 2, 1, 0, 3]))], [0, 1, 0, 1, 2, 0]);
    // Differences 1, 1, -2, 4 to what comes before, from -1 on.
    assert.deepEqual([...running(new Uint32Array([2, 2, 1, 8]), -1)], [0, 1, 0, 4]);
});

test('streams are cut where they end, and wrong lengths are told', async () => {
    const { deflateSync } = await import('node:zlib');
    const text = deflateSync(Buffer.from('abcde')).toString('base64');
    const found = await streamsOf(` ${text}\n`, [['first', 2], ['second', 3]]);
    assert.equal(Buffer.from(found.second).toString(), 'cde');
    await assert.rejects(streamsOf(text, [['first', 2]]), /damaged/);
});

test('scales are logarithmic where values span a factor of a hundred', () => {
    const all = [true, true, true];
    assert.equal(scaleOf([1, 1, 1 + 1e-9], all, true), null);
    const line = scaleOf([1, 3, 99], all, true);
    assert.deepEqual([line.logarithmic, line.position(50), line.value(0.5)], [false, 0.5, 50]);
    const log = scaleOf([1e-4, 1e-2, 1], all, true);
    assert.ok(log.logarithmic && Math.abs(log.position(1e-2) - 0.5) < 1e-12);
    assert.equal(scaleOf([1e-4, NaN, 1], all, false).logarithmic, false);
    assert.equal(scaleOf([1, 5, 1], [true, false, true], true), null);
});

test('labels differ, and are short', () => {
    assert.deepEqual([0, 0.25, 1234, 1.5e-7].map((v) => number(v)), ['0', '0.25', '1234', '1.50e-7']);
    assert.deepEqual(labels([0.2, 0.20001, 0.20002]), ['0.2', '0.20001', '0.20002']);
});

test('cells without a value are grey', () => {
    const colors = painted([0, 1, NaN, 1], [true, true, true, false], scaleOf([0, 1], [true, true], false), ['#000000', '#ffffff']);
    assert.deepEqual([...colors], [0, 0, 0, 255, 255, 255, 255, 255, 190, 190, 190, 255, 190, 190, 190, 255]);
    assert.deepEqual([...tinted([1, 0], ['#010203', '#040506'])], [4, 5, 6, 255, 1, 2, 3, 255]);
});
